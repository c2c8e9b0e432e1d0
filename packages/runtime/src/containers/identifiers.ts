import type { ComponentPlan } from "../plan/application-plan.js";

/** Bound in every room: the id of the user whose room it is. Never bound in the root container. */
export const RoomUserId = Symbol.for("@alcove/runtime/RoomUserId");

/** Where a component's instance is bound: in the root container if shared, in each room if per-user. */
export function componentIdentifier(component: Pick<ComponentPlan, "name" | "section">): symbol {
  return Symbol.for(`@alcove/runtime/component/${component.section}/${component.name}`);
}
