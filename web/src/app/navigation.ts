import type { Role } from "@/api/session";

/** One entry of the header: a page, its words, and who sees it. */
export interface Entry {
  route: string;
  label: string;
  roles?: readonly Role[];
}

/** The header, from left to right. */
export const navigation: readonly Entry[] = [
  { route: "lessons", label: "app.nav.lessons" },
  { route: "evidence", label: "app.nav.evidence", roles: ["teacher"] },
  { route: "upload", label: "app.nav.upload", roles: ["operator", "teacher"] },
  { route: "queue", label: "app.nav.queue", roles: ["operator"] },
  { route: "unclaimed", label: "app.nav.unclaimed", roles: ["operator"] },
  { route: "reviews", label: "app.nav.reviews", roles: ["teacher", "reviewer", "group_lead"] },
  {
    route: "assignments",
    label: "app.nav.assignments",
    roles: ["group_lead", "school_lead", "administrator"],
  },
  { route: "rubrics", label: "app.nav.rubrics", roles: ["administrator"] },
];
