// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli;

import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.function.Function;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * A time as Kafka's tools take it, {@code 2026-11-23T04:30:00.000}: UTC unless an offset stands behind it. Seconds, or the whole
 * time of the day, may be left out.
 */
final class DateTimeConverter implements ITypeConverter<Instant> {
    private static final List<Function<String, Instant>> FORMS = List.of(
            text -> OffsetDateTime.parse(text).toInstant(),
            text -> LocalDateTime.parse(text).toInstant(ZoneOffset.UTC),
            text -> LocalDate.parse(text).atStartOfDay().toInstant(ZoneOffset.UTC));

    @Override
    public Instant convert(String text) {
        for (Function<String, Instant> form : FORMS) {
            try {
                return form.apply(text);
            } catch (DateTimeParseException e) {
                continue;
            }
        }
        throw new TypeConversionException(
                "'" + text + "', expected a time as YYYY-MM-DDTHH:mm:SS.sss, in UTC unless an offset follows");
    }
}
