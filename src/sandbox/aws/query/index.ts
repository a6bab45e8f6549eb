// Filters and pages: what list operations of all services have in common.
export type { Filter, FilterFields, FilterValue } from "./filters.ts";
export { applyFilters, wildcard } from "./filters.ts";
export type { Page, PageRequest } from "./pagination.ts";
export { paginate } from "./pagination.ts";
