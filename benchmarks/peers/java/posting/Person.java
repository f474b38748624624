package posting;

import ai.timefold.solver.core.api.domain.entity.PlanningEntity;
import ai.timefold.solver.core.api.domain.lookup.PlanningId;
import ai.timefold.solver.core.api.domain.variable.PlanningVariable;

/** Whom the solver puts somewhere. */
@PlanningEntity
public class Person {
    @PlanningId
    private int id;

    private Grade grade;
    private int skills;
    private int nativeZone;
    private int experience;
    private Group lastYear;

    @PlanningVariable
    private Group group;

    /** Only for the solver, which copies people. */
    public Person() {}

    Person(int id, Grade grade, int skills, int nativeZone, int experience, Group lastYear) {
        this.id = id;
        this.grade = grade;
        this.skills = skills;
        this.nativeZone = nativeZone;
        this.experience = experience;
        this.lastYear = lastYear;
    }

    public int getId() {
        return id;
    }

    public Group getGroup() {
        return group;
    }

    public void setGroup(Group group) {
        this.group = group;
    }

    Grade grade() {
        return grade;
    }

    int experience() {
        return experience;
    }

    boolean has(int skill) {
        return (skills >> skill & 1) == 1;
    }

    boolean isAtHome() {
        return group.zone() == nativeZone;
    }

    boolean hasMoved() {
        return group != lastYear;
    }
}
