import { defineStore } from "pinia";
import { computed, ref } from "vue";
import { api, headersFor, useCsrfToken } from "./client";
import { problemOf } from "./problem";

/** What a person may be; one person may be several. */
export type Role =
  "administrator" | "operator" | "teacher" | "reviewer" | "group_lead" | "school_lead";

/** Who is signed in. Nobody: `person_id` is null. */
export interface Session {
  person_id: string | null;
  name: string | null;
  staff_number?: string;
  school_group_name?: string;
  roles: Role[];
  /** The password was given by somebody else; nothing is answered until it is changed. */
  password_to_change?: boolean;
  /** 我的测评点, where the server keeps them. */
  points?: string[];
  csrf_token: string | null;
}

const ADDRESS = "/api/v1/session";

/** Who uses the page. Asked once, before the first page is shown. */
export const useSession = defineStore("session", () => {
  const session = ref<Session | null>(null);
  const asked = ref(false);
  const signedIn = computed(() => session.value !== null);

  /** Ask the server who we are; nobody is an answer too. */
  async function load(): Promise<void> {
    const request = new Request(new URL(ADDRESS, location.origin), { headers: headersFor("GET") });
    const response = await fetch(request);
    if (response.ok) take((await response.json()) as Session);
    else throw await problemOf(response, request);
    asked.value = true;
  }

  function take(found: Session): void {
    session.value = found.person_id === null ? null : found;
    useCsrfToken(found.csrf_token ?? "");
  }

  /** Keep which points this person has chosen. */
  async function choosePoints(points: readonly string[]): Promise<void> {
    await api.PUT("/api/v1/me/points", { body: { points: [...points] } });
    if (session.value) session.value = { ...session.value, points: [...points] };
  }

  /** The session is over: it expired, or the person signed out. */
  function forget(): void {
    session.value = null;
    useCsrfToken("");
  }

  /** Return whether this person is any of `roles`; no roles means everybody. */
  function holds(roles: readonly Role[] | undefined): boolean {
    return !roles?.length || roles.some((role) => session.value?.roles.includes(role));
  }

  return { session, asked, signedIn, load, take, choosePoints, forget, holds };
});
