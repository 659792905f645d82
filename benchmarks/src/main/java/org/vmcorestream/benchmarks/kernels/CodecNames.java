// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.benchmarks.kernels;

import java.util.Locale;

/** What implements a codec, for tables. */
final class CodecNames {
    private CodecNames() {}

    /** Name of the codec and of what is used for it here. */
    static String of(String codec) {
        boolean portable = codec.endsWith(CodecBenchmark.PORTABLE);
        String name = codec.replace(CodecBenchmark.PORTABLE, "").toLowerCase(Locale.ROOT);
        return switch (name) {
            case "zlib" -> name + (portable ? ", JDK" : ", as chosen here");
            case "lzo" -> name + (portable ? ", Java" : ", as chosen here");
            default -> name;
        };
    }
}
