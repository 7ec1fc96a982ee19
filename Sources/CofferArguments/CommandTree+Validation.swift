extension CommandTree {
    /// What is wrong with the tree, one line for each fault; empty when nothing is.
    ///
    /// A test calls this once for the program's tree: what it finds are mistakes in the program.
    package func validate() -> [String] {
        TreeValidator.faults(of: root)
    }
}
