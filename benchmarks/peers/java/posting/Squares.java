package posting;

import ai.timefold.solver.core.api.score.buildin.hardsoft.HardSoftScore;
import ai.timefold.solver.core.api.score.stream.Constraint;
import ai.timefold.solver.core.api.score.stream.ConstraintFactory;

/** 50 for each person moved, and the squared distance of each group's experience from the target. */
public class Squares extends Rules {
    public Squares() {
        super(50);
    }

    @Override
    Constraint evenness(ConstraintFactory factory) {
        return experience(factory)
                .penalize(HardSoftScore.ONE_SOFT, (group, years) -> squared(years - group.target()))
                .asConstraint("squares");
    }

    private static int squared(int off) {
        return off * off;
    }
}
