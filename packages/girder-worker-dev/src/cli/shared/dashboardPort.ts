/** Flower's port. */
export const defaultDashboardPort = 5555;
