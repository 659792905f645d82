// SPDX-License-Identifier: Apache-2.0
/** Where dump files go when that is no folder: stores that speak S3. The only room that knows the AWS SDK. */
package org.vmcorestream.storage;
