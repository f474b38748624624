package posting;

/** The rank of a person, and how many of it a group has. */
public enum Grade {
    HEAD(1, 1),
    DEPUTY(1, 1),
    CADRE(2, Integer.MAX_VALUE);

    private final int least;
    private final int most;

    Grade(int least, int most) {
        this.least = least;
        this.most = most;
    }

    /** How many too few or too many a number of people is. */
    int wrongBy(int people) {
        return Math.max(0, Math.max(least - people, people - most));
    }
}
