// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.benchmarks.guest;

import java.io.IOException;
import java.nio.file.Path;
import org.vmcorestream.vmcore.PfnBitmap;
import org.vmcorestream.vmcore.Vmcore;
import org.vmcorestream.vmcore.kdump.KdumpFile;

/** Holds what a level keeps of a vmcore here against the second bitmap of a file that another program made of it. */
public final class Agreement {
    private Agreement() {}

    /** Takes a vmcore, a level and a kdump file; exits with 1 at the first page that only one of the two keeps. */
    public static void main(String[] arguments) throws IOException {
        int level = Integer.parseInt(arguments[1]);
        try (Vmcore vmcore = Vmcore.open(Path.of(arguments[0]));
                KdumpFile file = KdumpFile.open(Path.of(arguments[2]))) {
            PfnBitmap ours = Contents.keptBy(level, vmcore);
            long pages = 0;
            long at = 0;
            while (true) {
                long here = ours.nextSet(at);
                long there = file.nextKept(at);
                if (here != there) {
                    System.err.printf(
                            "guest: level %d: the next page kept from page frame %d on is %d here and %d there%n",
                            level, at, here, there);
                    System.exit(1);
                }
                if (here < 0) {
                    break;
                }
                pages++;
                at = here + 1;
            }
            System.out.printf("level %d: the same %d pages%n", level, pages);
        }
    }
}
