import CofferCommand
import Testing

@Suite struct GrammarTests {
    @Test func isWithoutFaultAndEveryCommandDoesSomething() {
        #expect(Commands.faults() == [])
    }
}
