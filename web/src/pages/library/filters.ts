import { computed, type ComputedRef } from "vue";
import { useRoute, useRouter, type LocationQuery } from "vue-router";

/** The filters of the library, as the address holds them. */
export const FILTERS = [
  "subject",
  "grade",
  "group",
  "competency",
  "teacher_id",
  "campus_id",
  "state",
  "taught_from",
  "taught_until",
] as const;
export type FilterName = (typeof FILTERS)[number];
export type Filters = Partial<Record<FilterName, string>>;

/** Return the filters that an address holds. */
export function filtersOf(query: LocationQuery): Filters {
  const found: Filters = {};
  for (const name of FILTERS) {
    const value = query[name];
    if (typeof value === "string" && value) found[name] = value;
  }
  return found;
}

/** Return an address with one filter set, or taken away by an empty value; the rest stays. */
export function withFilter(query: LocationQuery, name: FilterName, value: string): LocationQuery {
  const rest = Object.fromEntries(Object.entries(query).filter(([key]) => key !== name));
  return value ? { ...rest, [name]: value } : rest;
}

/** Return an address without filters; what is searched for stays. */
export function withoutFilters(query: LocationQuery): LocationQuery {
  return typeof query.q === "string" && query.q ? { q: query.q } : {};
}

/** The filters of this page's address, and how to change them. */
export function useFilters(): {
  filters: ComputedRef<Filters>;
  set: (name: FilterName, value: string) => void;
  clear: () => void;
} {
  const route = useRoute();
  const router = useRouter();
  return {
    filters: computed(() => filtersOf(route.query)),
    set: (name, value) => void router.replace({ query: withFilter(route.query, name, value) }),
    clear: () => void router.replace({ query: withoutFilters(route.query) }),
  };
}
