// SPDX-License-Identifier: Apache-2.0
/** From verdicts and pages to a kdump file. */
package org.vmcorestream.sink;
