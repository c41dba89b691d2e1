"""Response to incidents: assignments, dispatch, life cycle of a unit, approach, scene, services, supporting tasks."""
