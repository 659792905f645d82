// SPDX-License-Identifier: Apache-2.0
/** What end-to-end benchmarks need to be up before they begin. */
package org.vmcorestream.benchmarks.services;
