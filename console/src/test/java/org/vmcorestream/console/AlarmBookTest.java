// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.vmcorestream.schemas.MalformedRecordException;
import org.vmcorestream.schemas.records.Alarm;
import org.vmcorestream.schemas.records.AlarmKind;

class AlarmBookTest {
    private static final long DAY = 86_400_000;

    private final AlarmBook book = new AlarmBook();

    private static Alarm alarm(long number, AlarmKind kind, long at) {
        String reason = kind == AlarmKind.UNUSUAL_SHARE ? "cache" : "";
        return new Alarm(
                Sample.id(number),
                Sample.LEVEL_31,
                kind,
                reason,
                at,
                Sample.RELEASE,
                "blue",
                "hv-1",
                0.0,
                0.0,
                0,
                "text");
    }

    @Test
    void shouldRaiseAnAlarmOnce() {
        book.live();
        Alarm alarm = alarm(1, AlarmKind.NO_FREE_PAGES, Sample.NOW);

        assertThat(book.raise(alarm, Sample.NOW)).isTrue();
        assertThat(book.raise(alarm, Sample.NOW)).isFalse();
        assertThat(book.raise(alarm(1, AlarmKind.MISALIGNED_BLOCKS, Sample.NOW), Sample.NOW))
                .isTrue();
        assertThat(book.newest(10)).hasSize(2);
    }

    @Test
    void shouldNotRaiseWhatIsOnTheTopic() throws Exception {
        Alarm alarm = alarm(1, AlarmKind.NO_FREE_PAGES, Sample.NOW);

        assertThat(book.found(alarm, AlarmBook.key(alarm), Sample.NOW)).isTrue();
        assertThat(book.found(alarm, AlarmBook.key(alarm), Sample.NOW)).isFalse();
        assertThat(book.raise(alarm, Sample.NOW)).isFalse();
        book.live();
        assertThat(book.raise(alarm, Sample.NOW)).isFalse();
    }

    @Test
    void shouldNotJudgeSharesAgainThatAConsoleJudgedBefore() throws Exception {
        Alarm newest = alarm(1, AlarmKind.NO_FREE_PAGES, Sample.NOW);
        book.found(newest, AlarmBook.key(newest), Sample.NOW);

        assertThat(book.raise(alarm(2, AlarmKind.UNUSUAL_SHARE, Sample.NOW), Sample.NOW))
                .isFalse();
        assertThat(book.raise(alarm(2, AlarmKind.UNUSUAL_SHARE, Sample.NOW + 1), Sample.NOW))
                .isTrue();
        assertThat(book.raise(alarm(2, AlarmKind.INVALID_ORDERS, Sample.NOW - 1), Sample.NOW))
                .as("what needs no history is the same whenever it is judged")
                .isTrue();
        book.live();
        assertThat(book.raise(alarm(3, AlarmKind.UNUSUAL_SHARE, Sample.NOW - 1), Sample.NOW))
                .as("a verdict that comes late is news")
                .isTrue();
    }

    @Test
    void shouldNotBelieveAnAlarmFromTheFuture() throws Exception {
        Alarm future = alarm(1, AlarmKind.NO_FREE_PAGES, Sample.NOW + 1000 * DAY);
        book.found(future, AlarmBook.key(future), Sample.NOW);

        assertThat(book.raise(alarm(2, AlarmKind.UNUSUAL_SHARE, Sample.NOW + 1), Sample.NOW))
                .isTrue();
    }

    @Test
    void shouldNotRaiseWhatIsOldWhenItStarts() {
        long old = Sample.NOW - 8 * DAY;

        assertThat(book.raise(alarm(1, AlarmKind.NO_FREE_PAGES, old), Sample.NOW))
                .isFalse();
        assertThat(book.raise(alarm(1, AlarmKind.NO_FREE_PAGES, Sample.NOW - 6 * DAY), Sample.NOW))
                .isTrue();
        book.live();
        assertThat(book.raise(alarm(2, AlarmKind.NO_FREE_PAGES, old), Sample.NOW))
                .isTrue();
    }

    @Test
    void shouldShowAlarmsOfATimeAndTheNewestFirst() {
        book.live();
        for (int i = 0; i < 5; i++) {
            book.raise(alarm(i, AlarmKind.NO_FREE_PAGES, Sample.NOW + i), Sample.NOW);
        }

        assertThat(book.newest(2)).extracting(Alarm::getRaisedAt).containsExactly(Sample.NOW + 4, Sample.NOW + 3);
        assertThat(book.since(Sample.NOW + 3)).hasSize(2);
    }

    @Test
    void shouldRememberABoundedNumberOfAlarms() {
        book.live();
        for (int i = 0; i < AlarmBook.MAX_RECENT + 10; i++) {
            book.raise(alarm(i, AlarmKind.NO_FREE_PAGES, Sample.NOW), Sample.NOW);
        }

        assertThat(book.since(0)).hasSize(AlarmBook.MAX_RECENT);
    }

    @Test
    void shouldRefuseAlarmsThatCannotBe() {
        refused(alarm -> alarm.setDumpId("x"), "dump id is x");
        refused(alarm -> alarm.setRuleSet("<b>"), "rule set is <b>");
        refused(alarm -> alarm.setReason("a/b"), "reason is a/b");
        refused(alarm -> alarm.setRaisedAt(-1), "raisedAt is -1");
        refused(alarm -> alarm.setKind(AlarmKind.UNKNOWN), "kind is UNKNOWN");
        Alarm alarm = alarm(1, AlarmKind.NO_FREE_PAGES, 0);
        assertThatThrownBy(() -> book.found(alarm, "another", 0)).hasMessageContaining("key is another, expected");
    }

    private void refused(Consumer<Alarm> damage, String message) {
        Alarm alarm = alarm(1, AlarmKind.NO_FREE_PAGES, Sample.NOW);
        damage.accept(alarm);
        assertThatThrownBy(() -> book.found(alarm, AlarmBook.key(alarm), Sample.NOW))
                .isInstanceOf(MalformedRecordException.class)
                .hasMessageContaining(message);
    }
}
