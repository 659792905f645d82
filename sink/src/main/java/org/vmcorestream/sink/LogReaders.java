// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.sink;

/** Opens readers. Can be used by several threads at once. */
@FunctionalInterface
interface LogReaders {
    /** A new reader, which belongs to the caller. */
    LogReader open();
}
