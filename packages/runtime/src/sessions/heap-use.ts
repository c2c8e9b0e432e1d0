import { getHeapStatistics } from "node:v8";

/** Which part of the heap this process may use is in use, between 0 and 1. */
export function heapUse(): number {
  const { used_heap_size, heap_size_limit } = getHeapStatistics();
  return used_heap_size / heap_size_limit;
}
