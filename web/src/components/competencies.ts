import { useQuery } from "@tanstack/vue-query";
import { computed, type ComputedRef } from "vue";
import { api, data, type Noun } from "@/api/client";
import type { Language } from "@/i18n/language";

type Known = ReadonlyMap<string, Noun<"Competency">>;

/** The competencies of the framework now in use, by code; asked once. */
export function useCompetencies(): ComputedRef<Known> {
  const { data: found } = useQuery({
    queryKey: ["competencies"],
    queryFn: () => data(api.GET("/api/v1/competencies")),
    staleTime: Infinity,
  });
  return computed(
    () => new Map(((found.value ?? []) as Noun<"Competency">[]).map((one) => [one.code, one])),
  );
}

/** `A6 技术支持的课堂讲授`; the code alone where it is not known. */
export function competencyName(known: Known, code: string, language: Language): string {
  const one = known.get(code);
  return one ? `${code} ${language === "zh" ? one.name_zh : one.name_en}` : code;
}
