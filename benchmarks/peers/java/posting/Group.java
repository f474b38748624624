package posting;

/** A group that people are posted to; the target is the experience that it should have in all. */
public record Group(int id, int zone, int target) {}
