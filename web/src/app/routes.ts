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
  {
    path: "/",
    name: "home",
    component: () => import("@/pages/home/HomePage.vue"),
    meta: { title: "home.title", texts: ["home"] },
  },
  {
    path: "/library/:kind(lessons|clips|search)?",
    name: "library",
    component: () => import("@/pages/library/LibraryPage.vue"),
    props: (route) => ({ kind: route.params.kind || "lessons" }),
    meta: { title: "library.title", texts: ["library"] },
  },
  {
    path: "/projects",
    name: "projects",
    component: () => import("@/pages/projects/ProjectsPage.vue"),
    meta: { title: "projects.title", texts: ["projects"] },
  },
  {
    path: "/projects/new",
    name: "new-project",
    component: () => import("@/pages/projects/ProjectFormPage.vue"),
    meta: { title: "projects.new", texts: ["projects"], roles: ["school_lead"] },
  },
  {
    path: "/projects/:id",
    name: "project",
    component: () => import("@/pages/projects/ProjectPage.vue"),
    props: true,
    meta: { title: "projects.one", texts: ["projects"], roles: ["group_lead", "school_lead"] },
  },
  {
    path: "/projects/:id/edit",
    name: "edit-project",
    component: () => import("@/pages/projects/ProjectFormPage.vue"),
    props: true,
    meta: { title: "projects.edit", texts: ["projects"], roles: ["school_lead"] },
  },
  {
    path: "/notices",
    name: "notices",
    component: () => import("@/pages/notices/NoticesPage.vue"),
    meta: { title: "notices.title", texts: ["notices"] },
  },
  {
    path: "/settings/webhooks",
    name: "webhooks",
    component: () => import("@/pages/webhooks/WebhooksPage.vue"),
    meta: { title: "webhooks.title", texts: ["webhooks"], roles: ["administrator"] },
  },
  {
    path: "/operations",
    name: "operations",
    component: () => import("@/pages/operations/OperationsPage.vue"),
    meta: {
      title: "operations.title",
      texts: ["operations"],
      roles: ["operator", "administrator"],
    },
  },
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
      texts: ["lesson", "player", "competencies", "evidence", "reviews"],
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
    path: "/upload",
    name: "upload",
    component: () => import("@/pages/upload/UploadPage.vue"),
    meta: {
      title: "upload.title",
      texts: ["upload", "processing"],
      roles: ["operator", "teacher"],
    },
  },
  {
    path: "/queue",
    name: "queue",
    component: () => import("@/pages/queue/QueuePage.vue"),
    meta: { title: "queue.title", texts: ["queue", "processing"], roles: ["operator"] },
  },
  {
    path: "/recordings/:id/receipt",
    name: "receipt",
    component: () => import("@/pages/queue/ReceiptPage.vue"),
    meta: { title: "queue.receiptTitle", texts: ["queue"], roles: ["operator", "teacher"] },
  },
  {
    path: "/unclaimed",
    name: "unclaimed",
    component: () => import("@/pages/unclaimed/UnclaimedPage.vue"),
    meta: { title: "unclaimed.title", texts: ["unclaimed", "upload"], roles: ["operator"] },
  },
  {
    path: "/reviews",
    name: "reviews",
    component: () => import("@/pages/reviews/ReviewsPage.vue"),
    meta: { title: "reviews.title", texts: ["reviews"] },
  },
  {
    path: "/reviews/:id",
    name: "review",
    component: () => import("@/pages/reviews/ReviewPage.vue"),
    props: true,
    meta: { title: "reviews.title", texts: ["reviews", "player"], wide: true },
  },
  {
    path: "/evidence/:id/reviews",
    name: "outcome",
    component: () => import("@/pages/outcome/OutcomePage.vue"),
    props: true,
    meta: { title: "outcome.title", texts: ["outcome", "reviews", "assignments"] },
  },
  {
    path: "/assignments",
    name: "assignments",
    component: () => import("@/pages/assignments/AssignmentsPage.vue"),
    meta: {
      title: "assignments.title",
      texts: ["assignments", "reviews"],
      roles: ["group_lead", "school_lead", "administrator"],
      wide: true,
    },
  },
  {
    path: "/rubrics",
    name: "rubrics",
    component: () => import("@/pages/rubrics/RubricsPage.vue"),
    meta: { title: "rubrics.title", texts: ["rubrics", "reviews"] },
  },
  {
    path: "/evidence",
    name: "evidence",
    component: () => import("@/pages/evidence/EvidencePage.vue"),
    meta: { title: "evidence.mine", texts: ["evidence", "competencies"], roles: ["teacher"] },
  },
  {
    path: "/account",
    name: "account",
    component: () => import("@/pages/account/AccountPage.vue"),
    meta: { title: "account.title", texts: ["account", "people"] },
  },
  {
    path: "/first-password",
    name: "first-password",
    component: () => import("@/pages/account/FirstPasswordPage.vue"),
    meta: { title: "account.first.title", texts: ["account"] },
  },
  {
    path: "/people",
    name: "people",
    component: () => import("@/pages/people/PeoplePage.vue"),
    meta: { title: "people.title", texts: ["people"], roles: ["administrator"] },
  },
  {
    path: "/school",
    name: "school",
    component: () => import("@/pages/school/SchoolPage.vue"),
    meta: { title: "school.title", texts: ["school"], roles: ["administrator"] },
  },
  {
    path: "/audit",
    name: "audit",
    component: () => import("@/pages/audit/AuditPage.vue"),
    meta: { title: "audit.title", texts: ["audit"], roles: ["administrator"] },
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
