package posting;

import ai.timefold.solver.core.api.domain.solution.PlanningEntityCollectionProperty;
import ai.timefold.solver.core.api.domain.solution.PlanningScore;
import ai.timefold.solver.core.api.domain.solution.PlanningSolution;
import ai.timefold.solver.core.api.domain.solution.ProblemFactCollectionProperty;
import ai.timefold.solver.core.api.domain.valuerange.ValueRangeProvider;
import ai.timefold.solver.core.api.score.buildin.hardsoft.HardSoftScore;
import java.util.ArrayList;
import java.util.List;
import java.util.Scanner;

/** The problem and its plan. */
@PlanningSolution
public class Posting {
    @ProblemFactCollectionProperty
    @ValueRangeProvider
    private List<Group> groups = new ArrayList<>();

    @ProblemFactCollectionProperty
    private List<Need> needs = new ArrayList<>();

    @ProblemFactCollectionProperty
    private List<Kin> kin = new ArrayList<>();

    @PlanningEntityCollectionProperty
    private List<Person> people = new ArrayList<>();

    @PlanningScore
    private HardSoftScore score;

    /** Reads the whole numbers that the Python side writes: counts first, then what is counted. */
    static Posting read(Scanner numbers) {
        Posting posting = new Posting();
        int target = numbers.nextInt();
        for (int id = 0, count = numbers.nextInt(); id < count; id++) {
            posting.groups.add(new Group(id, numbers.nextInt(), target));
        }
        for (int id = 0, count = numbers.nextInt(); id < count; id++) {
            Grade grade = Grade.values()[numbers.nextInt()];
            int skills = numbers.nextInt();
            int nativeZone = numbers.nextInt();
            int experience = numbers.nextInt();
            Group lastYear = posting.groups.get(numbers.nextInt());
            posting.people.add(new Person(id, grade, skills, nativeZone, experience, lastYear));
        }
        for (int left = numbers.nextInt(); left > 0; left--) {
            posting.needs.add(new Need(posting.groups.get(numbers.nextInt()), numbers.nextInt()));
        }
        for (int left = numbers.nextInt(); left > 0; left--) {
            posting.kin.add(new Kin(numbers.nextInt(), numbers.nextInt()));
        }
        return posting;
    }

    List<Person> people() {
        return people;
    }
}
