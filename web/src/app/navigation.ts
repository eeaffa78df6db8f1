import type { Role } from "@/api/session";

/** One entry of the header: a page, its words, and who sees it. */
export interface Entry {
  route: string;
  label: string;
  roles?: readonly Role[];
}

/** The header, from left to right. */
export const navigation: readonly Entry[] = [
  { route: "home", label: "app.nav.home" },
  { route: "lessons", label: "app.nav.lessons" },
  { route: "evidence", label: "app.nav.evidence", roles: ["teacher"] },
  { route: "reviews", label: "app.nav.reviews", roles: ["teacher", "reviewer", "group_lead"] },
  { route: "upload", label: "app.nav.upload", roles: ["operator", "teacher"] },
  { route: "queue", label: "app.nav.queue", roles: ["operator"] },
  { route: "unclaimed", label: "app.nav.unclaimed", roles: ["operator"] },
  { route: "operations", label: "app.nav.operations", roles: ["operator", "administrator"] },
  { route: "library", label: "app.nav.library" },
  { route: "projects", label: "app.nav.projects" },
  {
    route: "assignments",
    label: "app.nav.assignments",
    roles: ["group_lead", "school_lead", "administrator"],
  },
  { route: "people", label: "app.nav.people", roles: ["administrator"] },
  { route: "school", label: "app.nav.school", roles: ["administrator"] },
  { route: "audit", label: "app.nav.audit", roles: ["administrator"] },
  { route: "rubrics", label: "app.nav.rubrics", roles: ["administrator"] },
  { route: "webhooks", label: "app.nav.webhooks", roles: ["administrator"] },
];
