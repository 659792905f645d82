// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.sink;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.vmcorestream.schemas.records.DumpFile;

/** Notes what is finished before it is told to the user's listener, whose own mistakes stop no assembly. */
final class RecordingListener implements SinkService.Listener {
    private static final Logger LOG = LoggerFactory.getLogger(RecordingListener.class);

    private final SinkService.Listener listener;
    private final FinishedFiles finished;

    RecordingListener(SinkService.Listener listener, FinishedFiles finished) {
        this.listener = listener;
        this.finished = finished;
    }

    @Override
    public void copying(String dumpId, String ruleSet, long done, long total) {
        tell(() -> listener.copying(dumpId, ruleSet, done, total));
    }

    @Override
    public void finished(DumpFile file) {
        finished.put(file);
        tell(() -> listener.finished(file));
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
