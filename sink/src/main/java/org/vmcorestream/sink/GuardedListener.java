// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.sink;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.vmcorestream.schemas.records.DumpFile;

/** Tells the user's listener, whose own mistakes stop no assembly. */
final class GuardedListener implements SinkService.Listener {
    private static final Logger LOG = LoggerFactory.getLogger(GuardedListener.class);

    private final SinkService.Listener listener;

    GuardedListener(SinkService.Listener listener) {
        this.listener = listener;
    }

    @Override
    public void copying(String dumpId, String ruleSet, long done, long total) {
        tell(() -> listener.copying(dumpId, ruleSet, done, total));
    }

    @Override
    public void finished(DumpFile file) {
        tell(() -> listener.finished(file));
    }

    @Override
    public void kept(DumpFile file) {
        tell(() -> listener.kept(file));
    }

    @Override
    public void waiting(String dumpId, String ruleSet, String problem) {
        tell(() -> listener.waiting(dumpId, ruleSet, problem));
    }

    @Override
    public void failed(String dumpId, String ruleSet, String problem) {
        tell(() -> listener.failed(dumpId, ruleSet, problem));
    }

    private static void tell(Runnable call) {
        try {
            call.run();
        } catch (RuntimeException e) {
            LOG.warn("the listener failed: {}", Problems.line(e));
        }
    }
}
