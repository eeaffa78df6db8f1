import { useQuery } from "@tanstack/vue-query";
import { computed, type ComputedRef } from "vue";
import { api, data, type Noun } from "@/api/client";

/** The research groups (教研组) of the school, by name; asked once. */
export function useGroups(): ComputedRef<Noun<"ResearchGroup">[]> {
  const { data: school } = useQuery({
    queryKey: ["school"],
    queryFn: () => data(api.GET("/api/v1/school")),
    staleTime: 60_000,
  });
  const { compare } = new Intl.Collator("zh-CN");
  return computed(() =>
    [...(school.value?.research_groups ?? [])].sort((a, b) => compare(a.name, b.name)),
  );
}
