export { type CreatedProject, type CreateProjectOptions, createProject } from "./create-project.js";
export { type ProjectKind, projectKinds } from "./project-kind.js";
export { ProjectRefusedError } from "./project-refused-error.js";
