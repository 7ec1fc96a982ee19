internal import CofferFormat

extension RecordOpener {
    /// The place in ``present`` of the field at `position` in the definition; nil when absent.
    func index(of position: Int) -> Int? {
        // Mostly nothing before it is absent.
        if position < present.count, present[position] == position { return position }
        return present.firstIndex(of: position)
    }
}
