import { computed, ref } from "vue";
import { useSession } from "@/api/session";

const KEPT = "guanke.points";

function remembered(): string[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(KEPT) ?? "[]");
    return Array.isArray(kept) ? kept.filter((code) => typeof code === "string") : [];
  } catch {
    return [];
  }
}

const local = ref<string[]>(remembered());

/** The points that this teacher has chosen (我的测评点): kept with the person, else in the browser. */
export function useChosenPoints() {
  const session = useSession();
  const points = computed(() => session.session?.points ?? local.value);

  async function choose(codes: readonly string[]): Promise<void> {
    if (session.session?.points) await session.choosePoints(codes);
    else {
      local.value = [...codes];
      localStorage.setItem(KEPT, JSON.stringify(codes));
    }
  }

  return { points, choose };
}
