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
];
