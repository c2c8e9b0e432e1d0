/** The cookie that names the user, as NVIDIA NeMo Agent Toolkit calls it. */
export const SESSION_COOKIE = "nat-session";
