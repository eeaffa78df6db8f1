import type { RouteRecordRaw } from "vue-router";
import type { Role } from "@/api/session";

declare module "vue-router" {
  interface RouteMeta {
    /** Files of texts (`i18n/zh/NAME.json`) that the page needs besides `app`. */
    texts?: readonly string[];
    /** Key of the page's title. */
    title: string;
    /** Who may open it; left out: everybody who is signed in. */
    roles?: readonly Role[];
    /** May be seen without signing in. */
    open?: boolean;
    /** Uses the whole width of the window. */
    wide?: boolean;
  }
}

/**
 * Every page, one entry each; pages are loaded when they are opened.
 * To add one: its component below `src/pages/`, its texts in both languages, an entry here, and,
 * where it belongs into the header, an entry in `navigation.ts`.
 */
export const routes: RouteRecordRaw[] = [
  { path: "/", name: "home", redirect: { name: "lessons" } },
  {
    path: "/lessons",
    name: "lessons",
    component: () => import("@/pages/lessons/LessonsPage.vue"),
    meta: { title: "lessons.title", texts: ["lessons"] },
  },
  {
    path: "/lessons/:id",
    name: "lesson",
    component: () => import("@/pages/lesson/LessonPage.vue"),
    props: true,
    meta: {
      title: "lesson.title",
      texts: ["lesson", "player", "competencies", "evidence"],
      wide: true,
    },
  },
  {
    path: "/evidence",
    name: "evidence",
    component: () => import("@/pages/evidence/EvidencePage.vue"),
    meta: { title: "evidence.mine", texts: ["evidence", "competencies"], roles: ["teacher"] },
  },
  {
    path: "/sign-in",
    name: "sign-in",
    component: () => import("@/pages/sign-in/SignInPage.vue"),
    meta: { title: "app.signIn.title", open: true },
  },
  {
    path: "/forbidden",
    name: "forbidden",
    component: () => import("@/pages/ForbiddenPage.vue"),
    meta: { title: "app.forbidden.title", open: true },
  },
  {
    path: "/:rest(.*)*",
    name: "not-found",
    component: () => import("@/pages/NotFoundPage.vue"),
    meta: { title: "app.notFound.title", open: true },
  },
];
