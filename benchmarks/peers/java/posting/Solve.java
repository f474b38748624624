package posting;

import ai.timefold.solver.core.api.score.buildin.hardsoft.HardSoftScore;
import ai.timefold.solver.core.api.score.stream.ConstraintProvider;
import ai.timefold.solver.core.api.solver.Solver;
import ai.timefold.solver.core.api.solver.SolverFactory;
import ai.timefold.solver.core.config.solver.SolverConfig;
import java.time.Duration;
import java.util.Scanner;
import java.util.stream.Collectors;

/**
 * Solves the posting on standard input: {@code java posting.Solve sq|mm SECONDS}.
 *
 * <p>Each better plan is a line {@code better HARD COST} as it is found; the end is {@code seats G G G ...}. The solver is as it
 * comes: its default construction heuristic, then its default local search, in the one thread that the community
 * edition has.
 */
public final class Solve {
    private Solve() {}

    public static void main(String[] arguments) {
        Class<? extends ConstraintProvider> rules = arguments[0].equals("sq") ? Squares.class : Spread.class;
        Duration limit = Duration.ofMillis(Math.round(1000 * Double.parseDouble(arguments[1])));
        Posting problem = Posting.read(new Scanner(System.in));
        SolverConfig config = new SolverConfig()
                .withSolutionClass(Posting.class)
                .withEntityClasses(Person.class)
                .withConstraintProviderClass(rules)
                .withTerminationSpentLimit(limit);
        Solver<Posting> solver = SolverFactory.<Posting>create(config).buildSolver();
        solver.addEventListener(event -> tell((HardSoftScore) event.getNewBestScore()));
        Posting plan = solver.solve(problem);
        System.out.println("seats " + plan.people().stream()
                .map(person -> String.valueOf(person.getGroup().id()))
                .collect(Collectors.joining(" ")));
    }

    private static void tell(HardSoftScore score) {
        System.out.println("better " + -score.hardScore() + " " + -score.softScore());
    }
}
