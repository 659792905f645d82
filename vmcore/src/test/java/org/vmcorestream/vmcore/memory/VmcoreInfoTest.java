// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vmcorestream.vmcore.CorruptVmcoreException;

class VmcoreInfoTest {
    private static VmcoreInfo info(String text) {
        return new VmcoreInfo("test.elf", text.getBytes(StandardCharsets.ISO_8859_1));
    }

    @Test
    void shouldReadEveryKindOfValue() throws CorruptVmcoreException {
        VmcoreInfo info = info(
                "OSRELEASE=6.1 x=y\nPAGESIZE=4096\nSYMBOL(a)=ffffffffa4b00cc0\nOFFSET(b.c)=24\n"
                        + "SIZE(d)=64\nLENGTH(e)=11\nNUMBER(f)=-52428800\nNUMBER(g)=0xff5914f280000000\nKERNELOFFSET=26400000\n");

        assertThat(info.text("OSRELEASE")).contains("6.1 x=y");
        assertThat(info.decimal("PAGESIZE")).hasValue(4096);
        assertThat(info.symbol("a")).hasValue(0xffffffffa4b00cc0L);
        assertThat(info.offset("b.c")).hasValue(24);
        assertThat(info.size("d")).hasValue(64);
        assertThat(info.length("e")).hasValue(11);
        assertThat(info.number("f")).hasValue(-52428800);
        assertThat(info.number("g")).hasValue(0xff5914f280000000L);
        assertThat(info.hex("KERNELOFFSET")).hasValue(0x26400000);
        assertThat(info.size()).isEqualTo(9);
    }

    @Test
    void shouldSayNothingOfKeysThatAreMissing() throws CorruptVmcoreException {
        VmcoreInfo info = info("");

        assertThat(info.text("OSRELEASE")).isEmpty();
        assertThat(info.symbol("a")).isEmpty();
        assertThat(info.offset("a")).isEmpty();
        assertThat(info.number("a")).isEmpty();
        assertThat(info.word("a")).isEmpty();
    }

    @Test
    void shouldTakePageTypesAsSignedWords() throws CorruptVmcoreException {
        VmcoreInfo info = info("NUMBER(a)=-268435456\nNUMBER(b)=4026531840\nNUMBER(c)=0xf0000000\n");

        assertThat(info.word("a")).hasValue(0xf0000000);
        assertThat(info.word("b")).hasValue(0xf0000000);
        assertThat(info.word("c")).hasValue(0xf0000000);
    }

    @Test
    void shouldTakeTheFirstOfEqualKeysAndEndAtNul() throws CorruptVmcoreException {
        VmcoreInfo info = info("SIZE(a)=1\nSIZE(a)=2\n=3\nnothing\n\n\0SIZE(b)=4\n");

        assertThat(info.size("a")).hasValue(1);
        assertThat(info.size("b")).isEmpty();
        assertThat(info.size()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "x", "-1", "4294967296", "99999999999999999999", "1 2", "0x", "\u00ff"})
    void shouldRefuseCountsThatCannotBe(String value) {
        assertThatThrownBy(() -> info("OFFSET(a)=" + value + "\n").offset("a"))
                .isInstanceOf(CorruptVmcoreException.class)
                .hasMessageContaining("test.elf: VMCOREINFO says OFFSET(a)=");
    }

    @Test
    void shouldShowLongValuesCutAndWithoutControlCharacters() {
        String value = "\u001b[31m" + "9".repeat(1000);

        assertThatThrownBy(() -> info("NUMBER(a)=" + value + "\n").number("a"))
                .isInstanceOf(CorruptVmcoreException.class)
                .message()
                .contains("?[31m999")
                .hasSizeLessThan(200);
        assertThatThrownBy(() -> info("NUMBER(a)=4294967296\n").word("a"))
                .isInstanceOf(CorruptVmcoreException.class)
                .hasMessageContaining("a number of 32 bits");
        assertThatThrownBy(() -> info("SYMBOL(a)=ffffffffffffffff0\n").symbol("a"))
                .isInstanceOf(CorruptVmcoreException.class);
    }
}
