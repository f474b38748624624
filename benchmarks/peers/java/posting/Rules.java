package posting;

import ai.timefold.solver.core.api.score.buildin.hardsoft.HardSoftScore;
import ai.timefold.solver.core.api.score.stream.Constraint;
import ai.timefold.solver.core.api.score.stream.ConstraintCollectors;
import ai.timefold.solver.core.api.score.stream.ConstraintFactory;
import ai.timefold.solver.core.api.score.stream.ConstraintProvider;
import ai.timefold.solver.core.api.score.stream.Joiners;
import ai.timefold.solver.core.api.score.stream.bi.BiConstraintStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The hard rules, and what is paid for each person moved; how even groups are is told by those that extend it. */
abstract class Rules implements ConstraintProvider {
    private final int move;

    Rules(int move) {
        this.move = move;
    }

    abstract Constraint evenness(ConstraintFactory factory);

    @Override
    public Constraint[] defineConstraints(ConstraintFactory factory) {
        List<Constraint> rules = new ArrayList<>();
        Arrays.stream(Grade.values()).map(grade -> staffing(factory, grade)).forEach(rules::add);
        rules.add(skill(factory));
        rules.add(nativeZone(factory));
        rules.add(headOfLastYear(factory));
        rules.add(kin(factory));
        rules.add(moved(factory));
        rules.add(evenness(factory));
        return rules.toArray(Constraint[]::new);
    }

    /** Groups and the experience of all their people. */
    static BiConstraintStream<Group, Integer> experience(ConstraintFactory factory) {
        return factory.forEach(Person.class)
                .groupBy(Person::getGroup, ConstraintCollectors.sum(Person::experience));
    }

    private static Constraint staffing(ConstraintFactory factory, Grade grade) {
        return factory.forEach(Person.class)
                .filter(person -> person.grade() == grade)
                .groupBy(Person::getGroup, ConstraintCollectors.count())
                .complement(Group.class, group -> 0)
                .filter((group, people) -> grade.wrongBy(people) > 0)
                .penalize(HardSoftScore.ONE_HARD, (group, people) -> grade.wrongBy(people))
                .asConstraint("staffing " + grade);
    }

    private static Constraint skill(ConstraintFactory factory) {
        return factory.forEach(Need.class)
                .ifNotExists(
                        Person.class,
                        Joiners.equal(Need::group, Person::getGroup),
                        Joiners.filtering((need, person) -> person.has(need.skill())))
                .penalize(HardSoftScore.ONE_HARD)
                .asConstraint("skill");
    }

    private static Constraint nativeZone(ConstraintFactory factory) {
        return factory.forEach(Person.class)
                .filter(Person::isAtHome)
                .penalize(HardSoftScore.ONE_HARD)
                .asConstraint("native zone");
    }

    private static Constraint headOfLastYear(ConstraintFactory factory) {
        return factory.forEach(Person.class)
                .filter(person -> person.grade() == Grade.HEAD && !person.hasMoved())
                .penalize(HardSoftScore.ONE_HARD)
                .asConstraint("head of last year");
    }

    private static Constraint kin(ConstraintFactory factory) {
        return factory.forEach(Kin.class)
                .join(Person.class, Joiners.equal(Kin::first, Person::getId))
                .join(
                        Person.class,
                        Joiners.equal((kin, first) -> kin.second(), Person::getId),
                        Joiners.equal((kin, first) -> first.getGroup(), Person::getGroup))
                .penalize(HardSoftScore.ONE_HARD)
                .asConstraint("kin");
    }

    private Constraint moved(ConstraintFactory factory) {
        return factory.forEach(Person.class)
                .filter(Person::hasMoved)
                .penalize(HardSoftScore.ofSoft(move))
                .asConstraint("moved");
    }
}
