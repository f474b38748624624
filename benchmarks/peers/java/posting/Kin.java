package posting;

/** Two people, by number, who may not sit in one group. */
public record Kin(int first, int second) {}
