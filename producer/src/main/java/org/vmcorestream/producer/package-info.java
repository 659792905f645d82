// SPDX-License-Identifier: Apache-2.0
/** From a vmcore into the topics. */
package org.vmcorestream.producer;
