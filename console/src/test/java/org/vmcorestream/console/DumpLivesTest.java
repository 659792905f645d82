// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Collections;
import org.junit.jupiter.api.Test;
import org.vmcorestream.schemas.MalformedRecordException;
import org.vmcorestream.schemas.records.Dump;
import org.vmcorestream.schemas.records.DumpFile;
import org.vmcorestream.schemas.records.DumpState;

class DumpLivesTest {
    private static final String ID = Sample.id(1);

    private final DumpLives lives = new DumpLives();

    private void said(DumpState state, long at, String... ruleSets) throws MalformedRecordException {
        lives.dump(Sample.life(ID, state, ruleSets), ID, at);
    }

    private void written(String ruleSet, boolean complete, long at) throws MalformedRecordException {
        lives.file(Sample.file(ID, ruleSet, complete, at), ID + "/" + ruleSet, at);
    }

    @Test
    void shouldFollowADumpToItsFile() throws Exception {
        said(DumpState.OPENED, 100);
        assertThat(lives.inFlight()).extracting(DumpLives.InFlight::state).containsExactly(DumpState.OPENED);
        said(DumpState.CAPTURED, 200);
        assertThat(lives.inFlight())
                .singleElement()
                .matches(dump -> dump.state() == DumpState.CAPTURED && dump.bytes() == 5 << 20 && dump.newsAt() == 200);
        written("level-31", true, 300);
        assertThat(lives.inFlight()).isEmpty();
    }

    @Test
    void shouldWaitForEveryRuleSetAskedFor() throws Exception {
        said(DumpState.CAPTURED, 200, "level-31", "mine@3");
        written("level-31", true, 300);
        written("other", true, 300);
        assertThat(lives.inFlight()).hasSize(1);
        written("mine@3", true, 300);
        assertThat(lives.inFlight()).isEmpty();
    }

    @Test
    void shouldTakeFilesThatAreToldBeforeTheirDump() throws Exception {
        written("level-31", true, 300);
        assertThat(lives.inFlight()).isEmpty();
        said(DumpState.CAPTURED, 200);
        assertThat(lives.inFlight()).isEmpty();
    }

    @Test
    void shouldTakeAnIncompleteFileForDoneUntilThereIsNewsOfItsDump() throws Exception {
        said(DumpState.CAPTURING, 200);
        written("level-31", false, 300);
        assertThat(lives.inFlight()).isEmpty();
        said(DumpState.CAPTURED, 400);
        assertThat(lives.inFlight()).hasSize(1);
        written("level-31", false, 500);
        assertThat(lives.inFlight()).isEmpty();
    }

    @Test
    void shouldTakeAFileThatIsToBeMadeAgain() throws Exception {
        said(DumpState.CAPTURED, 200);
        written("level-31", true, 300);
        lives.fileRemoved(ID + "/level-31");
        assertThat(lives.inFlight()).hasSize(1);
        lives.fileRemoved("no key of a file");
        lives.removed(ID);
        assertThat(lives.inFlight()).isEmpty();
    }

    private void part(int part, int parts, boolean complete, long at) throws MalformedRecordException {
        DumpFile file = Sample.file(ID, "level-31", complete, at);
        file.setPart(part);
        file.setParts(parts);
        lives.file(file, ID + "/level-31/part-" + part, at);
    }

    private void inParts(int parts, long at) throws MalformedRecordException {
        Dump dump = Sample.life(ID, DumpState.CAPTURED, "level-31");
        dump.getManifest().setParts(parts);
        lives.dump(dump, ID, at);
    }

    @Test
    void shouldWaitForEveryPartOfADump() throws Exception {
        inParts(3, 200);
        part(0, 3, true, 300);
        part(2, 3, true, 300);
        assertThat(lives.inFlight()).hasSize(1);
        part(1, 3, false, 300);
        assertThat(lives.inFlight()).isEmpty();
        inParts(3, 400);
        assertThat(lives.inFlight()).as("the incomplete part may be made again").hasSize(1);
        part(1, 3, true, 500);
        assertThat(lives.inFlight()).isEmpty();
        lives.fileRemoved(ID + "/level-31/part-2");
        assertThat(lives.inFlight()).hasSize(1);
        lives.fileRemoved(ID + "/level-31/part-99999999999");
        part(2, 3, true, 600);
        assertThat(lives.inFlight()).isEmpty();
    }

    @Test
    void shouldTakeOneFileOfAllOfADumpForAllOfItsParts() throws Exception {
        inParts(3, 200);
        part(0, 3, true, 300);
        written("level-31", true, 300);
        assertThat(lives.inFlight()).isEmpty();
    }

    @Test
    void shouldRefuseAPartThatCannotBe() {
        assertThatThrownBy(() -> part(3, 3, true, 1))
                .isInstanceOf(MalformedRecordException.class)
                .hasMessage("part is 3, expected 0 to 2");
        assertThatThrownBy(() -> part(-1, 3, true, 1)).isInstanceOf(MalformedRecordException.class);
        assertThatThrownBy(() -> part(0, 1025, true, 1)).hasMessageContaining("parts is 1025, expected 1 to 1024");
        assertThatThrownBy(() -> inParts(0, 1)).hasMessageContaining("parts is 0");
    }

    @Test
    void shouldNotTakeARecordWithoutLocationForAFile() throws Exception {
        said(DumpState.CAPTURED, 200);
        DumpFile nowhere = Sample.file(ID, "level-31", true, 300);
        nowhere.setLocation("");
        lives.file(nowhere, ID + "/level-31", 300);
        assertThat(lives.inFlight()).hasSize(1);
    }

    @Test
    void shouldForgetDumpsWithoutNews() throws Exception {
        said(DumpState.CAPTURING, 1000);
        lives.forget(1000 + DumpLives.FORGOTTEN_AFTER.toMillis());
        assertThat(lives.inFlight()).hasSize(1);
        lives.forget(1001 + DumpLives.FORGOTTEN_AFTER.toMillis());
        assertThat(lives.inFlight()).isEmpty();
        assertThat(lives.size()).isZero();
    }

    @Test
    void shouldFollowABoundedNumberOfDumps() throws Exception {
        Dump dump = Sample.life(ID, DumpState.OPENED);
        for (int i = 0; i < DumpLives.MAX_DUMPS + 5; i++) {
            dump.getManifest().setDumpId(Sample.id(i));
            lives.dump(dump, Sample.id(i), i);
        }
        assertThat(lives.size()).isEqualTo(DumpLives.MAX_DUMPS);
    }

    @Test
    void shouldCountEveryState() throws Exception {
        said(DumpState.FAILED, 1);
        assertThat(DumpLives.byState(lives.inFlight()))
                .containsEntry(DumpState.FAILED, 1)
                .containsEntry(DumpState.CAPTURING, 0)
                .containsEntry(DumpState.CAPTURED, 0)
                .containsEntry(DumpState.OPENED, 0)
                .hasSize(4);
    }

    @Test
    void shouldRefuseRecordsThatCannotBe() {
        refused(Sample.life("nonsense", DumpState.OPENED), "nonsense", "dump id is nonsense");
        refused(Sample.life(ID, DumpState.OPENED), Sample.id(2), "key is " + Sample.id(2));
        refused(Sample.life(ID, DumpState.UNKNOWN), ID, "state is UNKNOWN");
        refused(Sample.life(ID, DumpState.OPENED, "A B"), ID, "rule set is A B");
        refused(
                Sample.life(ID, DumpState.OPENED, Collections.nCopies(65, "x").toArray(String[]::new)),
                ID,
                "number of rule sets is 65");
        Dump opened = Sample.life(ID, DumpState.OPENED);
        opened.getManifest().setOpenedAt(-5L);
        refused(opened, ID, "openedAt is -5");
        assertThatThrownBy(() -> lives.file(Sample.file(ID, "x", true, 0), ID + "/y", 0))
                .hasMessageContaining("key is " + ID + "/y");
        assertThatThrownBy(() -> lives.file(Sample.file(ID, "x", true, -1), ID + "/x", 0))
                .hasMessageContaining("writtenAt is -1");
        assertThat(lives.size()).isZero();
    }

    private void refused(Dump dump, String key, String message) {
        assertThatThrownBy(() -> lives.dump(dump, key, 0))
                .isInstanceOf(MalformedRecordException.class)
                .hasMessageContaining(message);
    }
}
