// SPDX-License-Identifier: Apache-2.0
/** From descriptors to verdicts. */
package org.vmcorestream.processor;
