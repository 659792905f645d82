// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vmcorestream.schemas.records.Alarm;
import org.vmcorestream.schemas.records.AlarmKind;

/** Alarms over the life of simulated fleets: quiet while all is well, and loud when a filter breaks. */
class AlarmSimulationTest {
    private static final int DUMPS = 10_000;

    /** Of ordinary dumps, those that may raise an alarm: one in a hundred, about twice of what is seen. */
    private static final double MOST_FALSE = 0.01;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void shouldStayQuietWhileAllIsWell(long seed) {
        SimulatedFleet fleet = new SimulatedFleet(seed);
        AlarmRules rules = new AlarmRules(AlarmThresholds.USUAL);
        int alarmed = 0;
        for (int i = 0; i < DUMPS; i++) {
            alarmed += rules.judge(fleet.next()).isEmpty() ? 0 : 1;
        }
        System.out.printf("seed %d: %d of %d ordinary dumps raised an alarm%n", seed, alarmed, DUMPS);

        assertThat(alarmed).as("seed %d", seed).isLessThan((int) (DUMPS * MOST_FALSE));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void shouldRaiseWhateverReasonAFilterLoses(long seed) {
        for (String lost : List.of("free", "cache", "user")) {
            SimulatedFleet fleet = new SimulatedFleet(seed);
            AlarmRules rules = new AlarmRules(AlarmThresholds.USUAL);
            for (int i = 0; i < 300 + new Random(seed).nextInt(300); i++) {
                rules.judge(fleet.next());
            }
            List<Alarm> alarms = rules.judge(fleet.next("6.12.41-amd64", Map.of(lost, "kept")));

            assertThat(alarms)
                    .as("seed %d, %s lost", seed, lost)
                    .anyMatch(alarm -> alarm.getKind() == AlarmKind.UNUSUAL_SHARE
                            && alarm.getReason().equals(lost)
                            && alarm.getValue() == 0);
            assertThat(alarms.stream().anyMatch(alarm -> alarm.getKind() == AlarmKind.NO_FREE_PAGES))
                    .isEqualTo(lost.equals("free"));
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void shouldRaiseAFilterThatIsLostWithANewKernel(long seed) {
        SimulatedFleet fleet = new SimulatedFleet(seed);
        AlarmRules rules = new AlarmRules(AlarmThresholds.USUAL);
        for (int i = 0; i < 300; i++) {
            rules.judge(fleet.next());
        }

        assertThat(rules.judge(fleet.next("7.3.0-rc1", Map.of("cache", "kept"))))
                .as("seed %d", seed)
                .anyMatch(alarm -> alarm.getKind() == AlarmKind.UNUSUAL_SHARE
                        && alarm.getReason().equals("cache")
                        && alarm.getText().contains("of all kernels"));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void shouldRaiseAFilterThatTakesEverything(long seed) {
        SimulatedFleet fleet = new SimulatedFleet(seed);
        AlarmRules rules = new AlarmRules(AlarmThresholds.USUAL);
        for (int i = 0; i < 300; i++) {
            rules.judge(fleet.next());
        }
        Map<String, String> allIsCachePrivate = new HashMap<>();
        for (String reason : List.of("kept", "free", "cache", "user", "unaccepted", "offline")) {
            allIsCachePrivate.put(reason, "cache-private");
        }

        assertThat(rules.judge(fleet.next("6.1.155-cloud", allIsCachePrivate)))
                .as("seed %d", seed)
                .anyMatch(alarm -> alarm.getKind() == AlarmKind.UNUSUAL_SHARE
                        && alarm.getReason().equals("cache-private")
                        && alarm.getValue() > alarm.getExpected());
    }
}
