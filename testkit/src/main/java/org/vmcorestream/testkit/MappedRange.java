// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.testkit;

/**
 * Consecutive virtual addresses that the page tables of a synthetic vmcore map to consecutive physical ones.
 *
 * @param what direct map, memory map or kernel image
 * @param virtual first virtual address
 * @param physical physical address of it
 * @param length bytes
 */
public record MappedRange(String what, long virtual, long physical, long length) {}
