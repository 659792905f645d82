// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.vmcore.memory;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.vmcorestream.vmcore.CorruptVmcoreException;

/**
 * What the kernel tells a dump reader about itself: the text of the ELF note VMCOREINFO (kernel file
 * {@code kernel/vmcore_info.c}), one {@code KEY=value} a line.
 *
 * <pre>
 *  OSRELEASE=6.12.107                 text
 *  SYMBOL(mem_section)=ffff8ce211d3   address, hexadecimal without prefix, KASLR already in it
 *  OFFSET(page.flags)=0               bytes, decimal
 *  SIZE(page)=64                      bytes, decimal
 *  LENGTH(zone.free_area)=11          elements, decimal
 *  NUMBER(phys_base)=-304087040       decimal, or hexadecimal with 0x
 * </pre>
 *
 * A key that is missing is empty: never ask for a kernel version, ask whether the key is there. A key whose value is not
 * of its kind is an error where it is asked for, and harmless where it is not. The first of two equal keys counts.
 */
public final class VmcoreInfo {
    private final String source;
    private final Map<String, String> values = new HashMap<>();

    /**
     * Takes the text apart.
     *
     * @param source name of the vmcore, for messages
     * @param text the note's contents; bytes from the first NUL on are padding
     */
    public VmcoreInfo(String source, byte[] text) {
        this.source = source;
        int end = 0;
        while (end < text.length && text[end] != 0) {
            end++;
        }
        for (String line : new String(text, 0, end, StandardCharsets.ISO_8859_1).split("\n")) {
            int equals = line.indexOf('=');
            if (equals > 0) {
                values.putIfAbsent(
                        line.substring(0, equals), line.substring(equals + 1).strip());
            }
        }
    }

    /** Number of keys. */
    public int size() {
        return values.size();
    }

    /** Value of a key as it stands, for example of {@code OSRELEASE}. */
    public Optional<String> text(String key) {
        return Optional.ofNullable(values.get(key));
    }

    /**
     * {@code SYMBOL(name)}: virtual address of a symbol.
     *
     * @throws CorruptVmcoreException when the value is no hexadecimal number of 64 bits
     */
    public OptionalLong symbol(String name) throws CorruptVmcoreException {
        return hex("SYMBOL(" + name + ")");
    }

    /**
     * Value of a key that holds a hexadecimal number without prefix, for example {@code KERNELOFFSET}.
     *
     * @throws CorruptVmcoreException when it does not
     */
    public OptionalLong hex(String key) throws CorruptVmcoreException {
        String value = values.get(key);
        if (value == null) {
            return OptionalLong.empty();
        }
        try {
            return OptionalLong.of(Long.parseUnsignedLong(withoutPrefix(value), 16));
        } catch (NumberFormatException e) {
            throw wrong(key, value, "a hexadecimal address");
        }
    }

    /**
     * {@code OFFSET(name)}: offset of a member in its structure, in bytes.
     *
     * @throws CorruptVmcoreException when the value is not 0 to 2^31 - 1
     */
    public OptionalInt offset(String name) throws CorruptVmcoreException {
        return count("OFFSET(" + name + ")");
    }

    /**
     * {@code SIZE(name)}: size of a structure in bytes.
     *
     * @throws CorruptVmcoreException when the value is not 0 to 2^31 - 1
     */
    public OptionalInt size(String name) throws CorruptVmcoreException {
        return count("SIZE(" + name + ")");
    }

    /**
     * {@code LENGTH(name)}: number of elements of an array.
     *
     * @throws CorruptVmcoreException when the value is not 0 to 2^31 - 1
     */
    public OptionalInt length(String name) throws CorruptVmcoreException {
        return count("LENGTH(" + name + ")");
    }

    /**
     * {@code NUMBER(name)}: a number; one above 2^63 - 1 comes out with its 64 bits as they are.
     *
     * @throws CorruptVmcoreException when the value is no number of 64 bits
     */
    public OptionalLong number(String name) throws CorruptVmcoreException {
        return decimal("NUMBER(" + name + ")");
    }

    /**
     * {@code NUMBER(name)} as a signed 32-bit word, as page types are; 4026531839 and -268435457 are the same.
     *
     * @throws CorruptVmcoreException when the value is not -2^31 to 2^32 - 1
     */
    public OptionalInt word(String name) throws CorruptVmcoreException {
        String key = "NUMBER(" + name + ")";
        OptionalLong value = decimal(key);
        if (value.isEmpty()) {
            return OptionalInt.empty();
        }
        if (value.getAsLong() < Integer.MIN_VALUE || value.getAsLong() > 0xffffffffL) {
            throw wrong(key, values.get(key), "a number of 32 bits");
        }
        return OptionalInt.of((int) value.getAsLong());
    }

    private OptionalInt count(String key) throws CorruptVmcoreException {
        OptionalLong value = decimal(key);
        if (value.isEmpty()) {
            return OptionalInt.empty();
        }
        if (value.getAsLong() < 0 || value.getAsLong() > Integer.MAX_VALUE) {
            throw wrong(key, values.get(key), "0 to " + Integer.MAX_VALUE);
        }
        return OptionalInt.of((int) value.getAsLong());
    }

    /**
     * Value of a key that holds a decimal number, or a hexadecimal one with 0x, for example {@code PAGESIZE}.
     *
     * @throws CorruptVmcoreException when it does not
     */
    public OptionalLong decimal(String key) throws CorruptVmcoreException {
        String value = values.get(key);
        if (value == null) {
            return OptionalLong.empty();
        }
        try {
            String digits = withoutPrefix(value);
            if (digits.length() != value.length()) {
                return OptionalLong.of(Long.parseUnsignedLong(digits, 16));
            }
            return OptionalLong.of(value.startsWith("-") ? Long.parseLong(value) : Long.parseUnsignedLong(value));
        } catch (NumberFormatException e) {
            throw wrong(key, value, "a number");
        }
    }

    private static String withoutPrefix(String value) {
        return value.startsWith("0x") || value.startsWith("0X") ? value.substring(2) : value;
    }

    private CorruptVmcoreException wrong(String key, String value, String expected) {
        String shown = value.length() > 40 ? value.substring(0, 40) + "..." : value;
        shown = shown.replaceAll("[^ -~]", "?");
        return new CorruptVmcoreException(source + ": VMCOREINFO says " + key + "=" + shown + ", expected " + expected);
    }
}
