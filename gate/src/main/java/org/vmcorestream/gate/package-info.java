// SPDX-License-Identifier: Apache-2.0
/** Bounds what captures send at once: they ask on topic admissions, and wait until there is room. */
package org.vmcorestream.gate;
