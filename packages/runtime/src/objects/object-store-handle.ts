import { AlcoveError, type CallContext, type ObjectStore, type ObjectStoreHandle } from "@alcove/plugin-api";
import type { ComponentPlan } from "../plan/application-plan.js";
import { assertNotGivenUp, Call } from "../runs/call.js";

/**
 * The handle a component's configuration holds in place of a reference to an object store. There is one for all users: whose
 * objects a call sees is found through the call context, and by the scope of the component the call is of.
 */
export class PlannedObjectStoreHandle implements ObjectStoreHandle {
  readonly name: string;
  readonly #store: ComponentPlan;

  constructor(store: ComponentPlan) {
    this.name = store.name;
    this.#store = store;
    Object.freeze(this);
  }

  of(call: CallContext): ObjectStore {
    if (!(call instanceof Call)) {
      throw new TypeError(`Ask ${this.name} for its objects with the call context your function was given.`);
    }
    const { run, component, signal } = Call.innards(call);
    const assertUsable = (): void => {
      run.assertActive();
      assertNotGivenUp(signal);
      run.abort.assertNotAborted();
    };
    assertUsable();
    if (!component.objectStores.has(this.#store)) {
      throw new AlcoveError(
        "DEPENDENCY_UNDECLARED",
        `${component.name} (${component.type.qualifiedName}) asked for the object store ${this.name}, which its configuration does not reference.`,
      );
    }
    const viewer = { scope: component.scope, owner: run.objectOwner };
    return run.objects.view(this.name, viewer, { assertUsable, signal: call.signal });
  }
}
