import { computed } from "vue";
import { useSession } from "@/api/session";

/** The points that this teacher has chosen (我的测评点): kept with the person. */
export function useChosenPoints() {
  const session = useSession();
  const points = computed(() => session.session?.points ?? []);
  return { points, choose: session.choosePoints };
}
