package posting;

import ai.timefold.solver.core.api.score.buildin.hardsoft.HardSoftScore;
import ai.timefold.solver.core.api.score.stream.Constraint;
import ai.timefold.solver.core.api.score.stream.ConstraintCollectors;
import ai.timefold.solver.core.api.score.stream.ConstraintFactory;

/** 10 for each person moved, and 100 for each year between the most and the least experienced group. */
public class Spread extends Rules {
    public Spread() {
        super(10);
    }

    @Override
    Constraint evenness(ConstraintFactory factory) {
        return experience(factory)
                .groupBy(
                        ConstraintCollectors.max((Group group, Integer years) -> years),
                        ConstraintCollectors.min((Group group, Integer years) -> years))
                .penalize(HardSoftScore.ofSoft(100), (most, least) -> most - least)
                .asConstraint("spread");
    }
}
