import {
  createRouter,
  createWebHistory,
  type RouteLocationNormalized,
  type Router,
} from "vue-router";
import { whenSignedOut } from "@/api/client";
import { useSession } from "@/api/session";
import { i18n, loadTexts } from "@/i18n";
import { watch } from "vue";
import { language } from "@/i18n/language";
import { routes } from "./routes";

/** Where a refused or expired visit goes back to afterwards: only ever a path of ours. */
export function returnPath(wanted: unknown): string {
  return typeof wanted === "string" && /^\/(?![/\\])/.test(wanted) ? wanted : "/";
}

/** Make the router: texts are loaded and rights are looked at before a page is shown. */
export function makeRouter(): Router {
  const router = createRouter({
    history: createWebHistory(),
    routes,
    scrollBehavior: (to, from, saved) =>
      saved ?? (to.path === from.path ? undefined : { top: 0, left: 0 }),
  });
  router.beforeEach(async (to) => {
    const session = useSession();
    if (!session.asked) await session.load();
    if (!to.meta.open && !session.signedIn)
      return { name: "sign-in", query: { next: to.fullPath } };
    // A password that somebody else gave is changed before anything else is answered.
    const first = "first-password";
    if (session.session?.password_to_change && to.name !== first && !to.meta.open)
      return { name: first, query: { next: to.fullPath } };
    if (!session.holds(to.meta.roles)) return { name: "forbidden", query: { from: to.fullPath } };
    await loadTexts(to.meta.texts ?? []);
    return true;
  });
  router.afterEach((to, from) => {
    document.title = titleOf(to);
    // A new page is announced and read from its top; the first one is by the browser itself.
    if (from.matched.length && to.path !== from.path)
      requestAnimationFrame(() => document.getElementById("main")?.focus({ preventScroll: true }));
  });
  watch(language, () => (document.title = titleOf(router.currentRoute.value)));
  whenSignedOut(() => {
    const session = useSession();
    if (!session.signedIn) return;
    session.forget();
    const { fullPath } = router.currentRoute.value;
    void router.replace({ name: "sign-in", query: { next: fullPath, expired: "1" } });
  });
  return router;
}

function titleOf(to: RouteLocationNormalized): string {
  const { t } = i18n.global;
  return to.meta.title ? `${t(to.meta.title)} · ${t("app.product")}` : t("app.product");
}
