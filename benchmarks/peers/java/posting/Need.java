package posting;

/** A skill that somebody in a group must have. */
public record Need(Group group, int skill) {}
