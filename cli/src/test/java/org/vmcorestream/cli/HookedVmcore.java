// SPDX-License-Identifier: Apache-2.0
package org.vmcorestream.cli;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.concurrent.atomic.AtomicInteger;
import org.vmcorestream.vmcore.PageReader;
import org.vmcorestream.vmcore.Vmcore;

/** A vmcore at whose reading of pages something happens. */
final class HookedVmcore {
    /** Told when pages were read. */
    @FunctionalInterface
    interface Hook {
        /** The so many-th read, from 1. */
        void reading(int number) throws IOException;
    }

    /** Told which pages were read. */
    @FunctionalInterface
    interface PageHook {
        /** So many pages from {@code firstPfn} on. */
        void reading(long firstPfn, int pages) throws IOException;
    }

    private HookedVmcore() {}

    /** The same vmcore with a hook. */
    static Vmcore of(Vmcore vmcore, Hook hook) {
        AtomicInteger reads = new AtomicInteger();
        return ofPages(vmcore, (firstPfn, pages) -> hook.reading(reads.incrementAndGet()));
    }

    /** The same vmcore with a hook that is told which pages are read. */
    static Vmcore ofPages(Vmcore vmcore, PageHook hook) {
        return proxy(Vmcore.class, vmcore, (name, args, result) -> {
            if (!name.equals("pages")) {
                return result;
            }
            return proxy(PageReader.class, (PageReader) result, (inner, pages, value) -> {
                if (inner.equals("read")) {
                    hook.reading((Long) pages[0], (Integer) pages[1]);
                }
                return value;
            });
        });
    }

    private interface After {
        Object change(String method, Object[] args, Object result) throws Throwable;
    }

    private static <T> T proxy(Class<T> type, T delegate, After after) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (proxy, method, args) -> {
            try {
                return after.change(method.getName(), args, method.invoke(delegate, args));
            } catch (InvocationTargetException e) {
                throw e.getCause();
            }
        }));
    }
}
