// SPDX-License-Identifier: Apache-2.0
/**
 * Dumps that cannot be read where they are: streams, which cannot seek, and flattened files, whose bytes are not in their places.
 * Both are copied to a file without a name first.
 */
package org.vmcorestream.vmcore.spool;
